output "smtp_host" {
  description = "Where mail is handed over, with STARTTLS on port 587."
  value       = "email-smtp.${data.aws_region.current.region}.amazonaws.com"
}

output "smtp_user_name" {
  description = "IAM user for whom the operator makes the key that SMTP credentials are derived from."
  value       = aws_iam_user.smtp.name
}

output "configuration_set" {
  description = "What CloudWatch counts bounces and complaints by."
  value       = aws_sesv2_configuration_set.this.configuration_set_name
}
