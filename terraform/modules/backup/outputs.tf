output "vault_name" {
  description = "Where recovery points lie."
  value       = aws_backup_vault.this.name
}

output "resource_arns" {
  description = "What is backed up."
  value       = aws_backup_selection.this.resources
}
