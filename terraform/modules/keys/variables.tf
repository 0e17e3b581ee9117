variable "name" {
  description = "What the keys' aliases begin with, for instance souk-production."
  type        = string
}
