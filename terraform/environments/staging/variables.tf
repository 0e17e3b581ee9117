variable "account_id" {
  description = "The AWS account: a plan in another one is refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "Twelve digits."
  }
}

variable "region" {
  description = "Where everything lies but what CloudFront wants in us-east-1."
  type        = string
  default     = "eu-central-1"
}

variable "domain" {
  description = "The marketplace's host, for instance market.example.com."
  type        = string
}

variable "zone_id" {
  description = "Public hosted zone in which the domain lies."
  type        = string
}

variable "bucket_prefix" {
  description = "What buckets' names begin with, for instance example-souk-staging: they are unique in all of AWS."
  type        = string
}

variable "image" {
  description = "The image of all processes, by digest."
  type        = string
}

variable "release_image" {
  description = "The image of the release job, which goes ahead. Null: the same."
  type        = string
  default     = null
}

variable "image_repository_arn" {
  description = "ECR repository that the image is in."
  type        = string
}

variable "collector_image" {
  description = "Image of the OpenTelemetry collector, by digest. Null: no alarms on queue age and ledger exceptions."
  type        = string
  default     = null
}

variable "running" {
  description = "Whether processes run. False until the secrets have values and the release job has run."
  type        = bool
  default     = true
}

variable "settings" {
  description = "Further environment variables of all processes, none of them secret."
  type        = map(string)
  default     = {}
}

variable "handoff_public_key" {
  description = "What `manage.py handoff_key` prints."
  type        = string
  default     = ""
}

variable "database_ca_file" {
  description = "File in the image with the certificates of RDS's authorities."
  type        = string
  default     = null
}

variable "alarm_emails" {
  description = "Who is told when something is wrong."
  type        = set(string)
}
