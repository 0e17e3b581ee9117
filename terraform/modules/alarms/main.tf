# What wakes somebody, and where it goes. An alarm is a row of the tables below.

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id

  above = "GreaterThanThreshold"
  below = "LessThanThreshold"

  load_balancer = {
    balancer-5xx = { metric = "HTTPCode_ELB_5XX_Count", statistic = "Sum", threshold = 10, text = "The balancer itself answers 5xx: no process takes the request." }
    process-5xx  = { metric = "HTTPCode_Target_5XX_Count", statistic = "Sum", threshold = 10, text = "Processes answer 5xx." }
    latency      = { metric = "TargetResponseTime", statistic = "p95", threshold = var.latency_seconds, text = "One answer in twenty is slow." }
  }

  database = {
    cpu         = { metric = "CPUUtilization", threshold = 80, text = "The database server is busy." }
    storage     = { metric = "FreeStorageSpace", comparison = local.below, threshold = floor(var.database.storage_gb * 15 / 100) * pow(1024, 3), text = "Little storage is left." }
    memory      = { metric = "FreeableMemory", comparison = local.below, threshold = pow(1024, 3) / 2, text = "Little memory is left: backends keep what they know of every schema." }
    connections = { metric = "DatabaseConnections", threshold = floor(var.database.max_connections * 8 / 10), text = "Connections run out." }
    # At two thousand million the server stops writing.
    transactions = { metric = "MaximumUsedTransactionIDs", threshold = 1000000000, text = "Vacuum does not keep up: transaction numbers run out." }
    # A slot whose reader is gone keeps the log of everything since.
    replication = { metric = "OldestReplicationSlotLag", threshold = 5 * pow(1024, 3), text = "A replication slot is far behind and fills the storage." }
  }

  valkey = {
    cpu       = { metric = "EngineCPUUtilization", threshold = 80, text = "Valkey is busy." }
    memory    = { metric = "DatabaseMemoryUsagePercentage", threshold = 80, text = "Valkey is nearly full: sessions will be evicted." }
    evictions = { metric = "Evictions", statistic = "Sum", threshold = 100, text = "Valkey evicts sessions." }
  }

  services = merge([for process, service in var.services : {
    "${process}-cpu"    = { name = service.name, namespace = "AWS/ECS", metric = "CPUUtilization", comparison = local.above, threshold = 90, text = "${process} is busy although it was scaled." }
    "${process}-memory" = { name = service.name, namespace = "AWS/ECS", metric = "MemoryUtilization", comparison = local.above, threshold = 85, text = "${process} is short of memory." }
    "${process}-down"   = { name = service.name, namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", comparison = local.below, threshold = service.min, text = "Fewer tasks of ${process} run than should." }
  }]...)

  mail = {
    bounces    = { metric = "Reputation.BounceRate", threshold = 0.05, text = "Many mails come back; at 10 % AWS stops sending." }
    complaints = { metric = "Reputation.ComplaintRate", threshold = 0.001, text = "Many call our mail spam; at 0.5 % AWS stops sending." }
  }

  # Every alarm, in one form. A metric that is missing is fine unless it says otherwise.
  alarms = merge(
    { for key, alarm in local.load_balancer : "load-balancer-${key}" => merge(alarm, {
      namespace  = "AWS/ApplicationELB", comparison = local.above, periods = 3, missing = "notBreaching"
      dimensions = { LoadBalancer = var.load_balancer.load_balancer }
    }) },
    { for face, group in var.load_balancer.target_groups : "unhealthy-${face}" => {
      namespace  = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum", comparison = local.above, threshold = 0, periods = 3, missing = "notBreaching"
      dimensions = { LoadBalancer = var.load_balancer.load_balancer, TargetGroup = group }
      text       = "A task of ${face} does not answer, or says that it is not ready."
    } },
    { for key, alarm in local.services : "service-${key}" => {
      namespace  = alarm.namespace, metric = alarm.metric, statistic = "Average", comparison = alarm.comparison, threshold = alarm.threshold, periods = 10, missing = "notBreaching"
      dimensions = { ClusterName = var.cluster_name, ServiceName = alarm.name }
      text       = alarm.text
    } },
    { for key, alarm in local.database : "database-${key}" => {
      namespace  = "AWS/RDS", metric = alarm.metric, statistic = "Average", comparison = try(alarm.comparison, local.above), threshold = alarm.threshold, periods = 5, missing = "notBreaching"
      dimensions = { DBInstanceIdentifier = var.database.identifier }
      text       = alarm.text
    } },
    merge([for number, node in var.valkey_node_ids : { for key, alarm in local.valkey : "valkey-${number + 1}-${key}" => {
      namespace  = "AWS/ElastiCache", metric = alarm.metric, statistic = try(alarm.statistic, "Average"), comparison = local.above, threshold = alarm.threshold, periods = 5, missing = "notBreaching"
      dimensions = { CacheClusterId = node }
      text       = alarm.text
    } }]...),
    { for number, node in var.valkey_node_ids : "valkey-${number + 1}-replication" => {
      namespace  = "AWS/ElastiCache", metric = "ReplicationLag", statistic = "Average", comparison = local.above, threshold = 10, periods = 5, missing = "notBreaching"
      dimensions = { CacheClusterId = node }
      text       = "A replica of Valkey is seconds behind."
    } if length(var.valkey_node_ids) > 1 },
    { for key, alarm in local.mail : "mail-${key}" => {
      namespace  = "AWS/SES", metric = alarm.metric, statistic = "Average", comparison = local.above, threshold = alarm.threshold, periods = 60, missing = "notBreaching"
      dimensions = {}
      text       = alarm.text
    } },
    # What the worker tells of itself: no figures are bad news too.
    var.metrics_namespace == null ? {} : { for queue in var.queue_age_seconds.queues : "queue-age-${queue}" => {
      namespace  = var.metrics_namespace, metric = "queue_age_seconds", statistic = "Maximum", comparison = local.above, threshold = var.queue_age_seconds.limit, periods = 5, missing = "breaching"
      dimensions = { queue = queue }
      text       = "Work of the queue ${queue} waits too long, or nobody counts."
    } },
    { for namespace in var.metrics_namespace[*] : "ledger-exceptions" => {
      namespace  = namespace, metric = "ledger_exceptions", statistic = "Maximum", comparison = local.above, threshold = 0, periods = 5, missing = "notBreaching"
      dimensions = {}
      text       = "Orders, books and provider differ: see the finance console."
    } },
  )
}

resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ServicesTell"
        Effect    = "Allow"
        Principal = { Service = ["backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "ses.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.emails

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing

  alarm_actions = [aws_sns_topic.this.arn]
  ok_actions    = [aws_sns_topic.this.arn]
}

# Failover, storage, maintenance: what the database's own service has to say.
resource "aws_db_event_subscription" "this" {
  name             = var.name
  sns_topic        = aws_sns_topic.this.arn
  source_type      = "db-instance"
  source_ids       = [var.database.identifier]
  event_categories = ["availability", "failover", "failure", "low storage", "maintenance", "recovery"]

  depends_on = [aws_sns_topic_policy.this]
}
