"""HTTP as the master speaks it: requests, answers, routes, and the ASGI application that brings them together."""
