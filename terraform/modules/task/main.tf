# A process as Fargate runs it: what it runs, what it is told, which secrets it gets, whom it may call, what it may do in AWS.
# Each has two roles: one by which Fargate starts it (its image, its log, its secrets and no other's), one of its own.

data "aws_region" "current" {}

locals {
  full_name = "${var.name}-${var.process}"
  # Less what picks a field of a secret that is an object.
  secret_arns = distinct([for arn in concat(values(var.secrets), var.collector[*].token) : join(":", slice(split(":", arn), 0, min(7, length(split(":", arn)))))])

  container = {
    name                   = var.process
    image                  = var.image
    command                = var.command
    essential              = true
    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
    portMappings           = [for port in var.port[*] : { containerPort = port, hostPort = port, protocol = "tcp" }]
    environment            = [for name, value in var.environment : { name = name, value = value }]
    secrets                = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    stopTimeout            = 60
    logConfiguration       = local.log_configuration

    healthCheck = var.health_check ? {
      command     = ["CMD", "python", "deploy/healthcheck.py"]
      interval    = 15
      timeout     = 5
      retries     = 4
      startPeriod = 60
    } : null
  }

  collector = [for collector in var.collector[*] : {
    name                   = "collector"
    image                  = collector.image
    essential              = false
    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    environment            = [{ name = "AOT_CONFIG_CONTENT", value = local.collector_config }]
    secrets                = [{ name = "SOUK_METRICS_TOKEN", valueFrom = collector.token }]
    logConfiguration       = local.log_configuration
  }]

  collector_config = join("", [for collector in var.collector[*] : yamlencode({
    receivers = {
      prometheus = {
        config = {
          scrape_configs = [{
            job_name        = var.process
            scrape_interval = "60s"
            authorization   = { credentials = "$${env:SOUK_METRICS_TOKEN}" }
            static_configs  = [{ targets = ["127.0.0.1:${collector.port}"] }]
            metric_relabel_configs = [{
              source_labels = ["__name__"]
              regex         = "queue_age_seconds|ledger_drift_minor|ledger_exceptions"
              action        = "keep"
            }]
          }]
        }
      }
    }
    exporters = {
      awsemf = {
        namespace               = collector.namespace
        region                  = data.aws_region.current.region
        log_group_name          = aws_cloudwatch_log_group.this.name
        log_stream_name         = "metrics"
        dimension_rollup_option = "NoDimensionRollup"
        metric_declarations = [
          { dimensions = [["queue"]], metric_name_selectors = ["^queue_age_seconds$"] },
          { dimensions = [["currency"]], metric_name_selectors = ["^ledger_drift_minor$"] },
          { dimensions = [[]], metric_name_selectors = ["^ledger_exceptions$"] },
        ]
      }
    }
    service = { pipelines = { metrics = { receivers = ["prometheus"], exporters = ["awsemf"] } } }
  })])

  log_configuration = {
    logDriver = "awslogs"
    options = {
      "awslogs-group"         = aws_cloudwatch_log_group.this.name
      "awslogs-region"        = data.aws_region.current.region
      "awslogs-stream-prefix" = "souk"
      mode                    = "non-blocking"
      "max-buffer-size"       = "4m"
    }
  }

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}/${var.process}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.full_name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.size.cpu
  memory                   = var.size.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  container_definitions = jsonencode(concat([local.container], local.collector))

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  # The only place that can be written to, gone with the task.
  volume {
    name = "tmp"
  }
}

# --- How Fargate starts it

resource "aws_iam_role" "execution" {
  name               = "${local.full_name}-execution"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Secrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = local.secret_arns
      },
      {
        Sid       = "SecretsKeys"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.secrets_key_arns
        Condition = { StringEquals = { "kms:EncryptionContext:SecretARN" = local.secret_arns } }
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
      {
        Sid      = "Image"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = var.image_repository_arn
      },
      {
        Sid      = "Registry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
    ]
  })
}

# --- What it may do itself

resource "aws_iam_role" "task" {
  name               = "${local.full_name}-task"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "task" {
  count = length(local.task_statements) > 0 ? 1 : 0

  name = "work"
  role = aws_iam_role.task.id

  policy = jsonencode({ Version = "2012-10-17", Statement = local.task_statements })
}

locals {
  task_statements = concat(var.statements, [for collector in var.collector[*] : {
    Sid      = "Metrics"
    Effect   = "Allow"
    Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    Resource = "${aws_cloudwatch_log_group.this.arn}:*"
  }])
}

# --- Whom it may call, and who may call it

resource "aws_security_group" "this" {
  name        = local.full_name
  description = "Souk: ${var.process}"
  vpc_id      = var.vpc_id

  tags = { Name = local.full_name }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = var.reaches

  security_group_id            = aws_security_group.this.id
  description                  = "To ${each.key}"
  referenced_security_group_id = each.value.security_group_id
  cidr_ipv4                    = each.value.cidr
  prefix_list_id               = each.value.prefix_list_id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.reached_from

  security_group_id            = aws_security_group.this.id
  description                  = "From ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}
