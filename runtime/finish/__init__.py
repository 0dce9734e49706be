"""The finish: from the size and rate that a model works at to those of the film."""
