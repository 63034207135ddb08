"""One file a page: what it asks of the store, and what it does with a form."""
