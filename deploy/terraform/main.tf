# Sluice on machines that are there already, whoever made them: etcd, gateways and GTIN services, from Debian packages, over SSH.
# Give it the addresses that another module put out; it needs no provider but Terraform's own. On a young machine others install too: apt waits for them.
terraform {
  required_version = ">= 1.4"
}

locals {
  endpoints = join(",", [for name in sort(keys(var.etcd)) : "http://${var.etcd[name]}:2379"])
  cluster   = join(",", [for name in sort(keys(var.etcd)) : "${name}=http://${var.etcd[name]}:2380"])
}

resource "terraform_data" "etcd" {
  for_each = var.etcd

  triggers_replace = [each.value, local.cluster]

  connection {
    type        = "ssh"
    host        = each.value
    user        = var.ssh.user
    private_key = file(var.ssh.private_key)
    timeout     = "2m"
  }

  provisioner "file" {
    destination = "/tmp/etcd.env"
    content = templatefile("${path.module}/etcd.env.tftpl", {
      name    = each.key
      address = each.value
      cluster = local.cluster
    })
  }

  provisioner "remote-exec" {
    inline = [
      "set -e",
      "sudo install -m 0644 /tmp/etcd.env /etc/default/etcd",
      "sudo apt-get update -q -o DPkg::Lock::Timeout=120",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold etcd-server etcd-client",
      "sudo systemctl enable etcd",
      "sudo systemctl restart --no-block etcd",
    ]
  }
}

resource "terraform_data" "gateway" {
  for_each   = var.gateways
  depends_on = [terraform_data.etcd]

  triggers_replace = [each.value, local.endpoints, filesha256(var.packages.sluice)]

  connection {
    type        = "ssh"
    host        = each.value
    user        = var.ssh.user
    private_key = file(var.ssh.private_key)
    timeout     = "2m"
  }

  provisioner "file" {
    source      = var.packages.sluice
    destination = "/tmp/sluice.deb"
  }

  provisioner "file" {
    destination = "/tmp/sluice.env"
    content     = "SLUICE_ID=${each.key}\nSLUICE_ETCD=${local.endpoints}\nSLUICE_ADMIN=${each.value}:8182\nSLUICE_ADMIN_OPEN=true\n"
  }

  # The socket unit keeps the clients' sockets while the program is replaced.
  provisioner "remote-exec" {
    inline = [
      "set -e",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold /tmp/sluice.deb",
      "sudo install -m 0644 /tmp/sluice.env /etc/sluice/sluice.env",
      "sudo systemctl enable --now sluice.socket",
      "sudo systemctl enable sluice",
      "sudo systemctl restart sluice",
    ]
  }
}

resource "terraform_data" "service" {
  for_each   = var.services
  depends_on = [terraform_data.etcd]

  triggers_replace = [each.value, local.endpoints, filesha256(var.packages.gtin_service)]

  connection {
    type        = "ssh"
    host        = each.value
    user        = var.ssh.user
    private_key = file(var.ssh.private_key)
    timeout     = "2m"
  }

  provisioner "file" {
    source      = var.packages.gtin_service
    destination = "/tmp/gtin-service.deb"
  }

  provisioner "file" {
    destination = "/tmp/gtin-service.env"
    content     = "LISTEN_HOST=${each.value}\nREGISTER=${local.endpoints}\n"
  }

  provisioner "remote-exec" {
    inline = [
      "set -e",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold /tmp/gtin-service.deb",
      "sudo install -m 0644 /tmp/gtin-service.env /etc/sluice/gtin-service.env",
      "sudo systemctl enable gtin-service@9101",
      "sudo systemctl restart gtin-service@9101",
    ]
  }
}
