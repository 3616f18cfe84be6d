"""What a flow may ask of the hospital: the shape of it. The hospital and the line carry it out."""
