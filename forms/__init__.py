"""What people write, before anybody asks what it means: files as text, YAML as a tree that knows its places,
and what is wrong with either, for somebody who never heard of YAML. Flows, numbers, notices, tests and texts are all
read by this."""
