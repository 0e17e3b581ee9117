output "souk" {
  description = "Everything an operator needs to know of it; no secret is among it."
  value       = module.souk
}
