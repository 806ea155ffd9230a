"""`Callback`: what may look on, and stop, while a GAN trains."""

from __future__ import annotations

from dataclasses import dataclass

from tqdm.auto import tqdm

from synthgan.exceptions import ParameterError


@dataclass
class TrainingState:
    """What a callback sees.

    Parameters
    ----------
    n_steps : int
        Number of steps planned.
    step : int
        Number of steps done.
    seconds : float
        Seconds since training began, compilation included.
    progress : float
        How much of the training is over, in [0, 1].
    figures : dict of str to float
        The losses, averaged over the latest call of many steps.
    two_sample_score : float or None
        Of the latest exam: 1 where a quick judge cannot tell the generator's rows from
        held-out real ones, 0 where it always can. None before the first exam, and for
        tables of fewer than 2,000 rows, which are not examined.
    stop_reason : str
        Why training ends after this call; empty while it goes on.
    """

    n_steps: int
    step: int = 0
    seconds: float = 0.0
    progress: float = 0.0
    figures: dict[str, float] | None = None
    two_sample_score: float | None = None
    stop_reason: str = ""

    def stop(self, reason: str) -> None:
        """Ask for the end of the training after this call, or the first one.

        Parameters
        ----------
        reason : str
            Ends up in the synthesizer's `stop_reason_`.

        Raises
        ------
        ParameterError
            If it is empty.
        """
        if not reason:
            msg = "reason: expected a text that says why training ends, got ''"
            raise ParameterError(msg)
        self.stop_reason = reason


class Callback:
    """Looks on while a GAN trains; override what you need.

    Examples
    --------
    >>> class StopAfter(Callback):
    ...     def on_call_end(self, state):
    ...         if state.step >= 1_000:
    ...             state.stop("1,000 steps are enough")
    """

    def on_train_begin(self, state: TrainingState) -> None:
        """Run before the first step is compiled."""

    def on_call_end(self, state: TrainingState) -> None:
        """Run after each compiled call of many steps."""

    def on_train_end(self, state: TrainingState) -> None:
        """Run once at the end, also after an interruption or an error."""


class ProgressBar(Callback):
    """Shows progress, time left and the latest score on the error stream."""

    def on_train_begin(self, state: TrainingState) -> None:
        """Show the bar: compiling comes before the first step."""
        self._bar = tqdm(
            total=state.n_steps, desc="compiling", unit="step", unit_scale=True
        )

    def on_call_end(self, state: TrainingState) -> None:
        """Move the bar to the step reached."""
        self._bar.set_description("training", refresh=False)
        # With a time limit the end may come before the last step.
        if state.progress > 0:
            self._bar.total = max(round(state.step / state.progress), state.step)
        if state.two_sample_score is not None:
            self._bar.set_postfix_str(f"score {state.two_sample_score:.2f}", False)
        self._bar.update(state.step - self._bar.n)

    def on_train_end(self, state: TrainingState) -> None:
        """Leave the bar as it stands."""
        self._bar.total = max(state.step, 1)
        self._bar.close()
