"""The daemon: loop, event sources, spool and client. Nothing is here yet; `nodeprep check` does one round by hand."""
