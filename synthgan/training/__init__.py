"""Training a GAN on encoded rows, and drawing encoded rows from it.

Importing this package imports Keras; `synthgan` does so only when it must.
"""
