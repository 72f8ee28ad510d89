# Sluice on machines that are there already, whoever made them: etcd, gateways and GTIN services, from Debian packages, over SSH.
# Give it the addresses that another module put out, and the folder that deploy/etcd-keys made (a --member for each of etcd, NAME=ADDRESS); it needs
# no provider but Terraform's own. On a young machine others install too: apt waits for them.
terraform {
  required_version = ">= 1.4"
}

locals {
  endpoints = join(",", [for name in sort(keys(var.etcd)) : "https://${var.etcd[name]}:2379"])
  cluster   = join(",", [for name in sort(keys(var.etcd)) : "${name}=https://${var.etcd[name]}:2380"])
  install   = "sudo DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold"

  # A folder of the one who logs in, which nobody else can look into; keys are there until they are in their place.
  upload = "rm -rf .sluice-upload && install -d -m 0700 .sluice-upload"
  login = { for user in ["gateway", "gtin"] : user =>
    "sudo install -d -m 0755 /etc/sluice /etc/sluice/etcd && sudo install -m 0644 .sluice-upload/ca.pem .sluice-upload/${user}.pem /etc/sluice/etcd/ && sudo install -m 0600 .sluice-upload/${user}.key /etc/sluice/etcd/"
  }

  # systemd hands them to the unit's user of the day.
  credentials = { for user in ["gateway", "gtin"] : user => join("\n", [
    "[Service]",
    "LoadCredential=ca.pem:/etc/sluice/etcd/ca.pem",
    "LoadCredential=own.pem:/etc/sluice/etcd/${user}.pem",
    "LoadCredential=own.key:/etc/sluice/etcd/${user}.key",
    "Environment=SLUICE_ETCD_CA=%d/ca.pem SLUICE_ETCD_CERT=%d/own.pem SLUICE_ETCD_KEY=%d/own.key",
    "",
  ]) }
}

resource "terraform_data" "etcd" {
  for_each = var.etcd

  triggers_replace = [each.value, local.cluster, filesha256("${var.keys}/member-${each.key}.pem")]

  connection {
    type        = "ssh"
    host        = each.value
    user        = var.ssh.user
    private_key = file(var.ssh.private_key)
    timeout     = "2m"
  }

  provisioner "remote-exec" {
    inline = [local.upload]
  }

  provisioner "file" {
    destination = ".sluice-upload/etcd.env"
    content = templatefile("${path.module}/etcd.env.tftpl", {
      name    = each.key
      address = each.value
      cluster = local.cluster
    })
  }

  provisioner "file" {
    source      = "${var.keys}/ca.pem"
    destination = ".sluice-upload/ca.pem"
  }

  provisioner "file" {
    source      = "${var.keys}/member-${each.key}.pem"
    destination = ".sluice-upload/member.pem"
  }

  provisioner "file" {
    source      = "${var.keys}/member-${each.key}.key"
    destination = ".sluice-upload/member.key"
  }

  provisioner "remote-exec" {
    inline = [
      "set -e",
      "sudo install -m 0644 .sluice-upload/etcd.env /etc/default/etcd",
      "sudo apt-get update -q -o DPkg::Lock::Timeout=120",
      "${local.install} etcd-server etcd-client",
      "sudo install -d -m 0755 /etc/etcd-keys",
      "sudo install -m 0644 .sluice-upload/ca.pem .sluice-upload/member.pem /etc/etcd-keys/",
      "sudo install -m 0600 -o etcd .sluice-upload/member.key /etc/etcd-keys/",
      "rm -rf .sluice-upload",
      "sudo systemctl enable etcd",
      "sudo systemctl restart --no-block etcd",
    ]
  }
}

resource "terraform_data" "gateway" {
  for_each   = var.gateways
  depends_on = [terraform_data.etcd]

  triggers_replace = [each.value, local.endpoints, filesha256(var.packages.sluice), filesha256("${var.keys}/gateway.pem"), filesha256(var.admin_token)]

  connection {
    type        = "ssh"
    host        = each.value
    user        = var.ssh.user
    private_key = file(var.ssh.private_key)
    timeout     = "2m"
  }

  provisioner "remote-exec" {
    inline = [local.upload]
  }

  provisioner "file" {
    source      = var.packages.sluice
    destination = ".sluice-upload/sluice.deb"
  }

  provisioner "file" {
    destination = ".sluice-upload/sluice.env"
    content     = "SLUICE_ID=${each.key}\nSLUICE_ETCD=${local.endpoints}\nSLUICE_ADMIN=${each.value}:8182\n"
  }

  provisioner "file" {
    destination = ".sluice-upload/login.conf"
    content     = "${local.credentials["gateway"]}LoadCredential=admin-token:/etc/sluice/admin-token\nEnvironment=SLUICE_ADMIN_TOKEN=%d/admin-token\n"
  }

  provisioner "file" {
    source      = "${var.keys}/ca.pem"
    destination = ".sluice-upload/ca.pem"
  }

  provisioner "file" {
    source      = "${var.keys}/gateway.pem"
    destination = ".sluice-upload/gateway.pem"
  }

  provisioner "file" {
    source      = "${var.keys}/gateway.key"
    destination = ".sluice-upload/gateway.key"
  }

  provisioner "file" {
    source      = var.admin_token
    destination = ".sluice-upload/admin-token"
  }

  # The socket unit keeps the clients' sockets while the program is replaced.
  provisioner "remote-exec" {
    inline = [
      "set -e",
      "${local.install} ./.sluice-upload/sluice.deb",
      "sudo install -m 0644 .sluice-upload/sluice.env /etc/sluice/sluice.env",
      local.login["gateway"],
      "sudo install -m 0600 .sluice-upload/admin-token /etc/sluice/admin-token",
      "sudo install -d -m 0755 /etc/systemd/system/sluice.service.d",
      "sudo install -m 0644 .sluice-upload/login.conf /etc/systemd/system/sluice.service.d/",
      "rm -rf .sluice-upload",
      "sudo systemctl daemon-reload",
      "sudo systemctl enable --now sluice.socket",
      "sudo systemctl enable sluice",
      "sudo systemctl restart sluice",
    ]
  }
}

# etcd's users and what each may do. Said by the first gateway's machine, which knows root's key for that moment alone.
resource "terraform_data" "access" {
  depends_on = [terraform_data.gateway]

  triggers_replace = [local.endpoints, var.backends]

  connection {
    type        = "ssh"
    host        = var.gateways[sort(keys(var.gateways))[0]]
    user        = var.ssh.user
    private_key = file(var.ssh.private_key)
    timeout     = "2m"
  }

  provisioner "remote-exec" {
    inline = [local.upload]
  }

  provisioner "file" {
    source      = "${var.keys}/ca.pem"
    destination = ".sluice-upload/ca.pem"
  }

  provisioner "file" {
    source      = "${var.keys}/root.pem"
    destination = ".sluice-upload/root.pem"
  }

  provisioner "file" {
    source      = "${var.keys}/root.key"
    destination = ".sluice-upload/root.key"
  }

  provisioner "remote-exec" {
    inline = [
      "said=0",
      "sluice access --service gtin=${join(",", var.backends)} --etcd ${local.endpoints} --etcd-ca .sluice-upload/ca.pem --etcd-cert .sluice-upload/root.pem --etcd-key .sluice-upload/root.key || said=$?",
      "rm -rf .sluice-upload",
      "exit $said",
    ]
  }
}

resource "terraform_data" "service" {
  for_each   = var.services
  depends_on = [terraform_data.access]

  triggers_replace = [each.value, local.endpoints, filesha256(var.packages.gtin_service), filesha256("${var.keys}/gtin.pem")]

  connection {
    type        = "ssh"
    host        = each.value
    user        = var.ssh.user
    private_key = file(var.ssh.private_key)
    timeout     = "2m"
  }

  provisioner "remote-exec" {
    inline = [local.upload]
  }

  provisioner "file" {
    source      = var.packages.gtin_service
    destination = ".sluice-upload/gtin-service.deb"
  }

  provisioner "file" {
    destination = ".sluice-upload/gtin-service.env"
    content     = "LISTEN_HOST=${each.value}\nREGISTER=${local.endpoints}\n"
  }

  provisioner "file" {
    destination = ".sluice-upload/login.conf"
    content     = local.credentials["gtin"]
  }

  provisioner "file" {
    source      = "${var.keys}/ca.pem"
    destination = ".sluice-upload/ca.pem"
  }

  provisioner "file" {
    source      = "${var.keys}/gtin.pem"
    destination = ".sluice-upload/gtin.pem"
  }

  provisioner "file" {
    source      = "${var.keys}/gtin.key"
    destination = ".sluice-upload/gtin.key"
  }

  provisioner "remote-exec" {
    inline = [
      "set -e",
      "${local.install} ./.sluice-upload/gtin-service.deb",
      "sudo install -m 0644 .sluice-upload/gtin-service.env /etc/sluice/gtin-service.env",
      local.login["gtin"],
      "sudo install -d -m 0755 /etc/systemd/system/gtin-service@.service.d",
      "sudo install -m 0644 .sluice-upload/login.conf /etc/systemd/system/gtin-service@.service.d/",
      "rm -rf .sluice-upload",
      "sudo systemctl daemon-reload",
      "sudo systemctl enable gtin-service@9101",
      "sudo systemctl restart gtin-service@9101",
    ]
  }
}
