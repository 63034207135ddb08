"""The daemon: loop, event sources, spool and client. The loop is not here yet; `nodeprep check` does one round."""
