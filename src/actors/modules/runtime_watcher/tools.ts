/** Programs made for breaking in, staying and stealing: there is no everyday use on a server. */
export const ATTACK_TOOLS: ReadonlySet<string> = new Set(
  (
    'mimikatz mimipenguin mimipy lazagne lazagne.py swapdigger 3snake secretsdump secretsdump.py psexec psexec.py wmiexec.py smbexec.py atexec.py dcomexec.py getuserspns.py getnpusers.py ticketer.py ntlmrelayx.py dpapi.py samrdump.py lookupsid.py goldenpac.py impacket impacket-psexec impacket-secretsdump impacket-wmiexec impacket-smbexec crackmapexec cme evil-winrm bloodhound bloodhound-python sharphound rubeus kerbrute ldapdomaindump responder responder.py inveigh windapsearch windapsearch.py ' +
    'msfconsole msfvenom msfd msfrpcd metasploit meterpreter cobaltstrike cobalt-strike teamserver sliver sliver-server sliver-client havoc mythic empire covenant poshc2 pupysh koadic villain hoaxshell pwncat pwncat-cs starkiller brute-ratel bruteratel nimplant deimosc2 merlin-agent beacon ' +
    'sqlmap hydra xhydra medusa ncrack patator thc-hydra john hashcat ophcrack rainbowcrack crowbar brutespray commix xsser xsstrike beef-xss routersploit ' +
    'dsniff arpspoof dnsspoof urlsnarf mitmf yersinia sslstrip ' +
    'linpeas linpeas.sh winpeas linenum linenum.sh linux-exploit-suggester linux-exploit-suggester.sh les.sh lse.sh pspy pspy64 pspy32 unix-privesc-check beroot gtfonow sudo_killer suid3num suid3num.py dirtycow dirtypipe pwnkit autosuid.sh ' +
    'slowloris slowhttptest loic hoic t50 xerxes goldeneye.py ' +
    'weevely veil-evasion shellter thefatrat setoolkit evilginx evilginx2 stratus pacu kube-hunter peirates deepce.sh amicontained botb ' +
    'powersploit nishang powercat rottenpotato juicypotato printspoofer psexesvc wce fgdump pwdump gsecdump netpass certify seatbelt sharpup powerup adfind winpeasx64 winpeasany psexec64'
  ).split(' '),
);

/** Scanners, crackers of radio networks, tunnels: known to be used for good as well, so that what they are told decides. */
export const DUAL_USE_TOOLS: ReadonlySet<string> = new Set(
  (
    'nikto gobuster ffuf feroxbuster dirb dirbuster wfuzz wpscan joomscan burpsuite nuclei dirsearch zaproxy enum4linux enum4linux-ng nxc netexec smbmap nbtscan recon-ng amass masscan zmap rustscan netdiscover ' +
    'aircrack-ng airodump-ng aireplay-ng airmon-ng reaver bully wifite kismet bettercap ettercap driftnet macof mdk3 mdk4 proxychains proxychains4 chisel ligolo frpc ' +
    'nmap nc ncat socat cryptcat tcpdump tshark wireshark hping3 procdump plink gophish ngrok tor frp frps iodine dnscat2'
  ).split(' '),
);

/** Of those, the ones whose everyday use is common enough that the name alone says nothing once the arguments are known. */
export const EVERYDAY_TOOLS: ReadonlySet<string> = new Set(
  'nc ncat socat tcpdump tshark wireshark nmap plink proxychains proxychains4 chisel frpc masscan zmap rustscan procdump netdiscover nbtscan smbmap enum4linux hping3 cryptcat ligolo ngrok tor frp frps iodine dnscat2'.split(
    ' ',
  ),
);

/** Words in a script name or address that give an attack kit away. */
export const ATTACK_WORDS: RegExp =
  /\b(?:linpeas|winpeas|linenum|peass-ng|lse\.sh|linux-exploit-suggester|les2?\.sh|pspy(?:32|64)?|autosuid|mimipenguin|lazagne|mimikatz|dirty(?:cow|pipe|frag)|pwnkit|cve-\d{4}-\d{4,}|reverse[_-]?shell|revshell|meterpreter|msfvenom|webshell|c99\.php|r57\.php|b374k|wso\.php|rootkit|keylogger|xmrig|kinsing|kdevtmpfsi|cryptominer|diamorphine|libprocesshider|payload\.(?:elf|bin|sh)|backdoor|exploit\.(?:sh|py|c|bin|elf)|\w{1,40}_injection|shellcode\w{0,20})\b/i;

/** Programs that only look. Many different ones in a row is somebody finding their way. */
export const LOOKERS: ReadonlySet<string> = new Set(
  'whoami id uname hostname hostnamectl systemd-detect-virt ifconfig ip arp route netstat ss ps w who last lastlog lastb users groups env printenv lsof lscpu lsblk lspci lsusb lsmod dmidecode df mount cat uptime getent crontab systemctl sudo dpkg rpm arch lsb_release locale timedatectl date pwd ls find'.split(
    ' ',
  ),
);

/** The ones of them that nearly nobody types by habit. */
export const CURIOUS_LOOKERS: ReadonlySet<string> = new Set(
  'whoami id uname hostname hostnamectl ifconfig arp route netstat ss w who last lastlog lastb users groups env printenv lsof lscpu dmidecode systemd-detect-virt arch lsb_release'.split(
    ' ',
  ),
);

/** Files of the system whose reading counts as looking around. */
export const LOOKED_AT: RegExp =
  /^\/etc\/(?:passwd|group|issue|os-release|hosts|resolv\.conf|crontab|fstab|shells|lsb-release|redhat-release|login\.defs|sudoers)$|^\/proc\/(?:version|cpuinfo|mounts|net\/\w+)$/;

/** Installers that publish `curl … | sh` over TLS as the way to install. */
export const INSTALLER_HOSTS: RegExp =
  /https:\/\/(?:sh\.rustup\.rs|get\.docker\.com|deb\.nodesource\.com|rpm\.nodesource\.com|get\.helm\.sh|raw\.githubusercontent\.com\/(?:nvm-sh|Homebrew|helm|ohmyzsh|pyenv|rbenv|creationix|junegunn|kubernetes|fluxcd|argoproj|aquasecurity|anchore|golangci|nektos|jesseduffield)\/|get\.k3s\.io|install\.python-poetry\.org|astral\.sh|ollama\.com|tailscale\.com|starship\.rs|get\.pnpm\.io|bun\.sh|deno\.land|sdk\.cloud\.google\.com|get\.sdkman\.io|get\.rke2\.io|install\.determinate\.systems|nixos\.org|fnm\.vercel\.app|get\.volta\.sh|install\.meteor\.com|repo\.anaconda\.com|packagecloud\.io|dl\.google\.com|apt\.llvm\.org|get\.pulumi\.com|fly\.io|get\.acme\.sh|bootstrap\.pypa\.io|cli\.github\.com|toolbelt\.heroku\.com|mise\.run|zoxide|atuin\.sh|setup\.atuin\.sh|sh\.brew|get\.jetify\.com|getcomposer\.org|getmic\.ro|wasmtime\.dev|get\.wasmer\.io|pkg\.cloudflare\.com|download\.docker\.com|grafana\.com|get\.haskellup|get-ghcup\.haskell\.org|1-sec\.dev|get\.opentofu\.org|install\.opentofu\.org|code-server\.dev)/;
