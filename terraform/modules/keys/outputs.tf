output "arns" {
  description = "ARN of each key, by purpose: alarms, backups, database, logs, secrets, storage, valkey."
  value       = { for purpose, key in aws_kms_key.this : purpose => key.arn }
}
