# --- Who and where

variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "3 to 20 lower-case letters, digits and hyphens: target groups take 32, and a process's name is appended."
  }
}

variable "domain" {
  description = "The marketplace's host; office, shop fronts, portals and pictures are below it."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "A host name in lower case, for instance market.example.com."
  }
}

variable "zone_id" {
  description = "Public hosted zone in Route 53, delegated already, in which the domain lies."
  type        = string
}

variable "bucket_prefix" {
  description = "What buckets' names begin with, for their names are unique in all of AWS."
  type        = string
}

# --- What runs

variable "image" {
  description = "The image of all processes, by digest: repository@sha256:..."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "By digest (...@sha256:64 hexadecimal digits): a tag may mean another image tomorrow."
  }
}

variable "release_image" {
  description = "The image of release and bootstrap, which go ahead of the processes on a release. Null: the same image."
  type        = string
  default     = null

  validation {
    condition     = var.release_image == null || can(regex("@sha256:[0-9a-f]{64}$", var.release_image))
    error_message = "By digest (...@sha256:64 hexadecimal digits)."
  }
}

variable "image_repository_arn" {
  description = "ECR repository that the image is in."
  type        = string
}

variable "collector_image" {
  description = "Image, by digest, of the AWS Distro for OpenTelemetry collector in the same repository or a public one; it hands queue ages and ledger exceptions to CloudWatch. Null: no such alarms."
  type        = string
  default     = null

  validation {
    condition     = var.collector_image == null || can(regex("@sha256:[0-9a-f]{64}$", var.collector_image))
    error_message = "By digest (...@sha256:64 hexadecimal digits)."
  }
}

variable "running" {
  description = "Whether processes run. False: everything is there and nothing runs, for the first installation and a restore."
  type        = bool
}

variable "sizes" {
  description = "CPU units (1024 are a processor), memory in MB and number of tasks of each process; CPU and memory of the jobs are the builder's."
  type        = map(object({ cpu = number, memory = number, min = number, max = number }))

  validation {
    condition     = toset(keys(var.sizes)) == toset(["web", "portal", "office", "worker", "shopworker", "beat", "builder", "live"])
    error_message = "One size for each of web, portal, office, worker, shopworker, beat, builder and live."
  }
}

variable "settings" {
  description = "Further environment variables of all processes, none of them secret: SOUK_HOLD_DAYS, SOUK_FROM_EMAIL and so on (docs/guides/operator.md)."
  type        = map(string)
  default     = {}
}

variable "handoff_public_key" {
  description = "What `manage.py handoff_key` prints: the public key by which portal and office check who comes. Empty until it is known: nobody can sign in there."
  type        = string
  default     = ""
}

variable "database_ca_file" {
  description = "File in the image with the certificates of RDS's authorities, by which processes check the server. Null: the connection is encrypted and the server is not checked."
  type        = string
  default     = null
}

# --- What it stands on

variable "network" {
  description = "Addresses, zones, and whether each zone has its own way out."
  type        = object({ cidr = string, availability_zones = list(string), nat_per_zone = bool })
}

variable "database" {
  description = "The database server."
  type = object({
    instance_class             = string
    storage_gb                 = object({ initial = number, max = number })
    max_connections            = number
    multi_az                   = bool
    backup_retention_days      = number
    performance_retention_days = number
  })
}

variable "valkey" {
  description = "Valkey: type and number of nodes, days of snapshots."
  type        = object({ node_type = string, nodes = number, snapshot_retention_days = number })
}

variable "backup" {
  description = "Recovery points apart from the database's own: how long they are kept, whether they are locked, and a region for copies."
  type = object({
    keep_days   = object({ daily = number, monthly = number })
    locked      = bool
    copy_region = optional(string)
  })
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete database and load balancer."
  type        = bool
}

variable "retention_days" {
  description = "How long logs are kept, deleted pictures and documents, and deleted secrets."
  type        = object({ logs = number, deleted_files = number, deleted_secrets = number })

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827], var.retention_days.logs)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096 or 1827 days."
  }
}

variable "price_class" {
  description = "Where CloudFront serves pictures from."
  type        = string
  default     = "PriceClass_100"
}

variable "requests_per_five_minutes" {
  description = "How many requests one address may send in five minutes."
  type        = number
  default     = 3000
}

# --- Who is told

variable "alarms" {
  description = "Who is told, how long 95 of 100 answers may take, and for how long due work may wait."
  type        = object({ emails = set(string), latency_seconds = number, queue_age_seconds = number })
}

variable "dmarc_reports_to" {
  description = "Mail address to which others report mail that claims to be ours."
  type        = string
}
