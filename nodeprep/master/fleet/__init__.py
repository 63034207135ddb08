"""What only somebody who sees all nodes can judge: clones, clocks, silence. Pure judgement over rows of the store."""
