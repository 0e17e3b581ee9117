output "task_definition_arn" {
  description = "What a service or a one-off run starts."
  value       = aws_ecs_task_definition.this.arn
}

output "family" {
  description = "Name of the task definition, whose latest revision a one-off run takes."
  value       = aws_ecs_task_definition.this.family
}

output "security_group_id" {
  description = "Group of the process."
  value       = aws_security_group.this.id
}

output "secret_arns" {
  description = "The secrets that its execution role may read: these and no others."
  value       = jsondecode(aws_iam_role_policy.execution.policy).Statement[0].Resource
}

output "role_names" {
  description = "Its execution role and its own."
  value       = { execution = aws_iam_role.execution.name, task = aws_iam_role.task.name }
}

output "log_group" {
  description = "Where its log goes."
  value       = aws_cloudwatch_log_group.this.name
}
