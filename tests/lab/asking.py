"""What is asked of a machine of the lab in the same words, whether it is a container or has a kernel of its own."""


class Asking:
    """For who has run(argv, stdin) -> (exit code, standard output, standard error), as the machine's root."""

    def ask(self, *argv):
        """Standard output of a command that must succeed."""
        code, out, err = self.run(argv)
        assert code == 0, f'{argv}: {code}\n{out}\n{err}'
        return out

    def read(self, path):
        """The text of a file."""
        return self.ask('cat', path)

    def write(self, path, text):
        """Writes a file; its folder must be there."""
        code, _, err = self.run(['tee', path], stdin=text.encode('utf-8', 'surrogateescape'))
        assert code == 0, err
