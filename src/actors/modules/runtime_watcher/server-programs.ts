const namesOf = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Servers that face the network and have no reason to open a shell: what they start is judged. */
export const WEB_SERVERS: ReadonlySet<string> = namesOf(
  'nginx apache2 apache lighttpd caddy php-fpm php-cgi litespeed lshttpd openresty traefik haproxy h2o tomcat catalina w3wp ' +
    'iisexpress coldfusion weblogic jboss wildfly jetty varnishd squid envoy',
);

/** Stores and mail: they run few helpers, known by name. */
export const DATA_SERVERS: ReadonlySet<string> = namesOf(
  'mysqld mysql mariadb postgres postgresql redis mongodb redis-server memcached mongod mssql sqlservr oracle clickhouse-server couchdb cassandra influxd slapd ' +
    'named unbound dnsmasq vsftpd proftpd pure-ftpd smbd nmbd rpcbind snmpd cupsd exim exim4 smtpd dovecot imapd opensmtpd ' +
    'asterisk etcd mosquitto',
);

/** Application runtimes: they start shells all day, so the command decides. */
export const APP_SERVERS: ReadonlySet<string> = namesOf(
  'node java gunicorn uwsgi uvicorn puma unicorn passenger hypercorn daphne waitress-serve beam.smp dotnet bun deno ' +
    'elasticsearch solr kibana logstash flask celery',
);

/** Parents that legitimately hand a socket to a shell: remote login, socket activation, container runtimes. */
export const SOCKET_OWNERS: ReadonlySet<string> = namesOf(
  'sshd dropbear xinetd inetd tcpserver tcpd in.rshd rshd in.rexecd rexecd in.telnetd telnetd mosh-server systemd init ' +
    's6-ipcserver s6-tcpserver git-daemon containerd-shim containerd-shim-runc-v2 conmon runc crun docker-init tini dumb-init ' +
    'lxc-attach lxc-start lxd incusd buildkitd kubelet crio qemu-ga amazon-ssm-agent ssm-session-worker ssm-document-worker ' +
    'google_guest_agent waagent teleport tailscaled cockpit-bridge cockpit-session salt-minion puppet chef-client',
);

/** Runtimes that make their pipes from socket pairs, so a socket as standard input says nothing by itself. */
export const SOCKET_PAIR_PARENTS: ReadonlySet<string> = namesOf(
  'node bun deno electron code code-server codium cursor python pypy java beam.smp erl_child_setup dotnet emacs rsync ssh ' +
    'lftp git make npm pm2 postdrop ruby',
);

/** Build and deployment tools: what they unpack and run in scratch folders is their work. */
export const BUILDERS: ReadonlySet<string> = namesOf(
  'go cargo rustc make gmake ninja cmake ctest meson bazel gradle mvn pytest tox pip uv npm npx yarn pnpm vitest jest ' +
    'configure dpkg apt apt-get aptitude rpm dnf yum zypper pacman makepkg apk snapd flatpak nix nix-daemon nix-build guix ' +
    'emerge ansible ansible-playbook terraform packer vagrant puppet chef-client salt-minion gitlab-runner buildkite-agent ' +
    'dracut mkinitramfs update-initramfs mkinitcpio dkms gcc cc clang ld swift zig ghc cabal stack debuild dpkg-buildpackage ' +
    'rpmbuild unattended-upgr unattended-upgrade rpm-ostree packagekitd runner.worker cloud-init fwupd bundle composer',
);
