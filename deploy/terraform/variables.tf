variable "etcd" {
  description = "The store's members: name to inside address. One, three or five."
  type        = map(string)
  validation {
    condition     = contains([1, 3, 5], length(var.etcd))
    error_message = "Found ${length(var.etcd)} members, expected 1, 3 or 5: an even number survives no more failures than one less."
  }
}

variable "gateways" {
  description = "The gateways: name to inside address."
  type        = map(string)
}

variable "services" {
  description = "The GTIN services: name to inside address."
  type        = map(string)
}

variable "packages" {
  description = "The Debian packages that deploy/package/release made."
  type        = object({ sluice = string, gtin_service = string })
}

variable "ssh" {
  description = "Who may log in everywhere and use sudo without a password."
  type        = object({ user = string, private_key = string })
}

variable "keys" {
  description = "The folder that deploy/etcd-keys made, with a --member NAME=ADDRESS for each of etcd."
  type        = string
}

variable "admin_token" {
  description = "A file with lines of TOKEN read or TOKEN write: who may use the gateways' admin API."
  type        = string
}

variable "backends" {
  description = "The backends whose servers the services may write, and those of the same names with -private."
  type        = list(string)
  default     = ["gtin"]
}
