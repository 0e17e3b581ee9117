output "addresses" {
  description = "Where people find it."
  value = {
    market   = "https://${var.domain}"
    portal   = "https://<vendor>.portal.${var.domain}"
    office   = "https://office.${var.domain}"
    pictures = "https://${local.pictures_host}"
  }
}

output "secrets" {
  description = "The secrets of each process and job: environment variable, and the secret that fills it. The operator puts the values in."
  value       = { for process, names in local.secret_names : process => { for variable, secret in names : variable => "${var.name}/${secret}" } }
}

output "secret_arns" {
  description = "The secrets that each process's and job's execution role may read."
  value       = { for process, task in module.task : process => task.secret_arns }
}

output "database" {
  description = "Address of the database server, and how safe it is."
  value       = merge(module.database.settings, { address = module.database.address, port = module.database.port, parameters = module.database.parameters })
}

output "valkey" {
  description = "Address of Valkey, and each process's user, for whom the operator sets a password."
  value       = { address = module.valkey.address, port = module.valkey.port, user_names = module.valkey.user_names }
}

output "run_task" {
  description = "What `aws ecs run-task` needs, for jobs and for commands as one of the processes."
  value = {
    cluster         = aws_ecs_cluster.this.name
    subnets         = module.network.private_subnet_ids
    families        = { for process, task in module.task : process => task.family }
    security_groups = { for process, task in module.task : process => task.security_group_id }
    log_groups      = { for process, task in module.task : process => task.log_group }
  }
}

output "smtp_user_name" {
  description = "IAM user for whom the operator makes the key that SMTP credentials are derived from."
  value       = module.mail.smtp_user_name
}

output "nat_addresses" {
  description = "Where our calls to others come from, for their allow lists."
  value       = module.network.nat_addresses
}

output "hosts" {
  description = "The host names that DNS leads here."
  value       = module.dns.hosts
}

output "alarms" {
  description = "The alarms, and the topic they are told to."
  value       = { topic_arn = module.alarms.topic_arn, names = module.alarms.names }
}

output "backup" {
  description = "The vault, and what is backed up into it."
  value       = { vault = module.backup.vault_name, resources = module.backup.resource_arns }
}

output "waf_arn" {
  description = "The access list that guards the load balancer."
  value       = module.waf.arn
}

output "task_counts" {
  description = "How many tasks of each process run, at least and at most."
  value       = local.tasks
}

output "region" {
  description = "Where everything lies."
  value       = data.aws_region.current.region
}
