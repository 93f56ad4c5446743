#!/bin/sh
# What the tests need from Debian. Services are not started: a policy file says no while packages are configured.
set -eu
[ "$(id -u)" = 0 ] || { echo "setup: not root, nothing installed; tests that need nft, sshd or tmux say why they skip"; exit 0; }
command -v apt-get >/dev/null 2>&1 || { echo "setup: no apt-get here, nothing installed"; exit 0; }
missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
PATH="$PATH:/usr/sbin:/sbin"
need nft nftables
need iptables iptables
need ipset ipset
need sshd openssh-server
need ssh openssh-client
need sshpass sshpass
need ip iproute2
need nginx nginx-light
need tmux tmux
need script bsdutils
need conntrack conntrack
need ncat ncat
need socat socat
need ps procps
need openssl openssl
need python3 python3-minimal
[ "${ONESEC_SETUP_BENCH:-}" = 1 ] && need fail2ban-regex fail2ban
[ -z "$missing" ] && exit 0
echo "setup: installing$missing"
policy=/usr/sbin/policy-rc.d
made_policy=no
if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod 755 "$policy"; made_policy=yes; fi
trap '[ "$made_policy" = yes ] && rm -f "$policy"' EXIT INT TERM
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
