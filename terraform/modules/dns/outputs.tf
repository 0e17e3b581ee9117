output "hosts" {
  description = "The host names that lead here."
  value       = keys(aws_route53_record.ipv4)
}
