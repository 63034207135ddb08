"""The daemon: loop, event sources, spool and client. The spool is here; `nodeprep check` does one round by hand."""
