mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                 = "souk-test"
  process              = "worker"
  image                = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/souk@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/souk"
  command              = ["python", "manage.py", "work"]
  health_check         = true
  size                 = { cpu = 512, memory = 1024 }
  environment          = { SOUK_PROCESS = "worker" }
  secrets = {
    SOUK_SECRET_PLATFORM = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/platform-AbCdEf"
    PGPASSWORD           = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf:password::"
  }
  secrets_key_arns   = ["arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"]
  vpc_id             = "vpc-0123456789abcdef0"
  reaches            = { database = { port = 5432, security_group_id = "sg-0123456789abcdef1" }, s3 = { port = 443, prefix_list_id = "pl-0123456789abcdef0" } }
  logs_key_arn       = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-3333-4444-555555555555"
  log_retention_days = 365
}

run "it_is_started_with_its_own_secrets" {
  command = apply

  assert {
    condition = toset(output.secret_arns) == toset([
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/platform-AbCdEf",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf",
    ])
    error_message = "Its secrets and no other's, whole ARNs without the field that is picked."
  }

  assert {
    condition     = toset(jsondecode(aws_iam_role_policy.execution.policy).Statement[1].Condition.StringEquals["kms:EncryptionContext:SecretARN"]) == toset(output.secret_arns)
    error_message = "The key opens those secrets alone."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid if statement.Resource == "*"] == ["Registry"]
    error_message = "Nothing else is open-ended."
  }

  assert {
    condition     = tomap({ for secret in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets : secret.name => secret.valueFrom }) == var.secrets
    error_message = "Secrets come from Secrets Manager."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment == [{ name = "SOUK_PROCESS", value = "worker" }]
    error_message = "No secret is among the plain variables."
  }
}

run "it_may_do_nothing_in_aws_unless_told" {
  command = plan

  assert {
    condition     = length(aws_iam_role_policy.task) == 0
    error_message = "Its own role has no policy."
  }
}

run "its_container_is_closed" {
  command = apply

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].linuxParameters.capabilities.drop == ["ALL"] && [for mount in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].mountPoints : mount.containerPath] == ["/tmp"]
    error_message = "Nothing can be written but /tmp, and it has no privileges."
  }

  assert {
    condition     = aws_ecs_task_definition.this.network_mode == "awsvpc" && aws_ecs_task_definition.this.requires_compatibilities == toset(["FARGATE"])
    error_message = "Fargate, with an address and a group of its own."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.logs_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 365
    error_message = "Its log is encrypted and has an end."
  }
}

run "it_calls_whom_it_must" {
  command = plan

  assert {
    condition     = { for whom, rule in aws_vpc_security_group_egress_rule.this : whom => "${rule.from_port}-${rule.to_port} ${coalesce(rule.referenced_security_group_id, rule.prefix_list_id, rule.cidr_ipv4)}" } == { database = "5432-5432 sg-0123456789abcdef1", s3 = "443-443 pl-0123456789abcdef0" }
    error_message = "The database and S3, and nobody else."
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.this) == 0
    error_message = "Nobody calls it."
  }
}

run "a_collector_tells_its_figures" {
  command = apply

  variables {
    collector = {
      image     = "public.ecr.aws/collector@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
      port      = 8000
      namespace = "Souk/souk-test"
      token     = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/metrics-worker-AbCdEf"
    }
  }

  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : [container.name, container.essential]] == [["worker", true], ["collector", false]]
    error_message = "Beside the process, which lives without it."
  }

  assert {
    condition     = yamldecode(jsondecode(aws_ecs_task_definition.this.container_definitions)[1].environment[0].value).receivers.prometheus.config.scrape_configs[0].authorization.credentials == "$${env:SOUK_METRICS_TOKEN}"
    error_message = "The token is no part of the configuration."
  }

  assert {
    condition     = jsondecode(one(aws_iam_role_policy.task).policy).Statement[*].Sid == ["Metrics"]
    error_message = "It may write figures."
  }
}
