"""The same tree as JSON has, as YAML: ASCII only, loadable without any tag, and read alike by YAML 1.1 and 1.2."""
from nodeprep.output import Options
from nodeprep.typed import Any, Dict


def render(tree: Dict[str, Any], options: Options) -> str:
    """The tree as one YAML document; only texts that have lines of their own go over several."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """The safe one, which leaves no text to be taken for a number and shows a diff as a diff."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, value: str) -> Any:
        # 1e3 and 0o17 are texts in YAML 1.1, which PyYAML writes, and numbers in 1.2, which most others read.
        style = '|' if '\n' in value else '"' if value[:1] in tuple('0123456789+-.') else None
        return dumper.represent_scalar('tag:yaml.org,2002:str', value, style)

    Dumper.add_representer(str, text)
    written: str = yaml.dump(tree, Dumper=Dumper, sort_keys=False, default_flow_style=False, width=2**31,
                             explicit_start=True)
    return written
