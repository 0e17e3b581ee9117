variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "bucket_prefix" {
  description = "What buckets' names begin with, for their names are unique in all of AWS."
  type        = string
}

variable "key_arn" {
  description = "Key that encrypts pictures and documents."
  type        = string
}

variable "host" {
  description = "Host name under which pictures are served."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate for that host, in us-east-1."
  type        = string
}

variable "price_class" {
  description = "Where CloudFront serves from: PriceClass_100 (Europe, North America) to PriceClass_All."
  type        = string

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "deleted_days" {
  description = "How long a deleted or replaced picture or document can be brought back."
  type        = number
}

variable "log_retention_days" {
  description = "How long access logs of load balancer, CloudFront and buckets are kept."
  type        = number
}
