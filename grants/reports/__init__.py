"""Reports on grants: what was done, what came of it, what it cost; read by the programme and by finance."""
