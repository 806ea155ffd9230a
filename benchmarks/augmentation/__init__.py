"""The augmentation study: what synthetic rows are worth beside simpler remedies."""
