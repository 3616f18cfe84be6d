"""Call flows, numbers and notices as the hospital edits them: YAML files, shipped as data."""
