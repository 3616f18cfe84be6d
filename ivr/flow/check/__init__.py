"""What must hold in a flow beyond its form: each file one kind of mistake."""
