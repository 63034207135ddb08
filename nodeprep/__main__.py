"""`python3 -m nodeprep` is the console script."""
from nodeprep.cli import main

if __name__ == '__main__':
    main()
