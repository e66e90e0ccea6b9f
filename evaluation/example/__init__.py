"""The worked-example partnership (synthetic, truth known) and the known-truth exam."""
