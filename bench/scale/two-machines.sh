#!/usr/bin/env bash
# Two machines as two network namespaces with 1 Gbit/s between them, and examples/data-parallel.ts on both: as root on
# Linux, with iproute2 and openmpi-bin: bench/scale/two-machines.sh [RATE] [OPTIONS OF THE EXAMPLE …]
set -euo pipefail
cd "$(dirname "$0")/../.."
rate=${1:-1gbit}
shift || true
declare -A address=([torchlet-a]=10.83.0.1 [torchlet-b]=10.83.0.2)

remove() {
  for name in "${!address[@]}"; do ip netns delete "$name" 2>/dev/null || true; done
  rm -f "$agent"
}
agent=$(mktemp)
trap remove EXIT

ip netns add torchlet-a
ip netns add torchlet-b
ip link add torchlet netns torchlet-a type veth peer name torchlet netns torchlet-b
for name in "${!address[@]}"; do
  ip -n "$name" address add "${address[$name]}/24" dev torchlet
  ip -n "$name" link set torchlet up
  ip -n "$name" link set lo up
  # What a network card does that is no faster: no more than that, and no queue longer than 5 ms. Segments leave as they
  # are, as on a cable.
  tc -n "$name" qdisc add dev torchlet root tbf rate "$rate" burst 256kb latency 5ms
done

# What mpirun starts the other machine's half with, instead of ssh. A machine has a name of its own.
cat >"$agent" <<'AGENT'
#!/usr/bin/env bash
machine=$1
shift
[[ $machine == 10.83.0.1 ]] && name=torchlet-a || name=torchlet-b
exec ip netns exec "$name" unshare --uts sh -c "hostname $name; $*"
AGENT
chmod +x "$agent"

"$agent" 10.83.0.1 mpirun --allow-run-as-root -np 2 --host 10.83.0.1,10.83.0.2 --bind-to none \
  --mca plm_rsh_agent "$agent" --mca btl tcp,self --mca btl_tcp_if_include torchlet \
  --mca oob_tcp_if_include torchlet -x PATH \
  npx tsx examples/data-parallel.ts --threads 1 "$@"
