output "identifier" {
  description = "Name of the instance, as CloudWatch knows it."
  value       = aws_db_instance.this.identifier
}

output "arn" {
  description = "ARN of the instance, for backups."
  value       = aws_db_instance.this.arn
}

output "address" {
  description = "Host name of the server; it stays when the standby takes over."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Where it listens."
  value       = local.port
}

output "security_group_id" {
  description = "Group of the server."
  value       = aws_security_group.this.id
}

output "master" {
  description = "Name of the master user, and the secret in which RDS keeps its password."
  value = {
    username   = aws_db_instance.this.username
    secret_arn = one(aws_db_instance.this.master_user_secret[*].secret_arn)
  }
}

output "parameters" {
  description = "What the server is set to."
  value       = { for name, parameter in local.parameters : name => parameter.value }
}

output "settings" {
  description = "How safe it is: what an environment chose."
  value = {
    multi_az              = aws_db_instance.this.multi_az
    backup_retention_days = aws_db_instance.this.backup_retention_period
    deletion_protection   = aws_db_instance.this.deletion_protection
    storage_encrypted     = aws_db_instance.this.storage_encrypted
    publicly_accessible   = aws_db_instance.this.publicly_accessible
  }
}
