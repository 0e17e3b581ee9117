output "address" {
  description = "Host name of the primary; it stays when a replica takes over."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "port" {
  description = "Where it listens, with TLS only."
  value       = local.port
}

output "security_group_id" {
  description = "Group of the nodes."
  value       = aws_security_group.this.id
}

output "user_names" {
  description = "Name (and id) of each process's user."
  value       = { for process, user in aws_elasticache_user.this : process => user.user_name }
}

output "node_ids" {
  description = "Its nodes, as CloudWatch knows them."
  value       = [for number in range(1, var.nodes + 1) : format("%s-%03d", var.name, number)]
}
