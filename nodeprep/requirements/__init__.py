"""One file for each requirement; each sees model, wanted, linux and the host it is given."""
