output "name" {
  description = "Name of the service, as CloudWatch knows it."
  value       = aws_ecs_service.this.name
}
