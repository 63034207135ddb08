"""The resources of the HTTP interface, one file each: handlers, and the routes that lead to them."""
