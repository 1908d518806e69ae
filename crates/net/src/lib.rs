//! libp2p behaviour and swarm per target: events in, commands out.
