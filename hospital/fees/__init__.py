"""What a stay in the hospital costs: its charges and payments, and who pays which part of them."""
