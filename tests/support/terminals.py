"""What a program writes to a terminal: standard output is a pseudo-terminal, standard error is not."""
import fcntl, os, pty, struct, subprocess, termios


def at_terminal(command, columns=80, stdin=subprocess.DEVNULL, **environment):
    """(exit code, what the terminal got, standard error). In `environment`, None takes a variable away."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
    surroundings = {key: value for key, value in {**os.environ, **environment}.items() if value is not None}
    child = subprocess.Popen(command, stdout=slave, stderr=subprocess.PIPE, stdin=slave if stdin == 'terminal' else stdin, env=surroundings)
    os.close(slave)
    text = b''
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:  # the program closed its end
            more = b''
        if not more:
            break
        text += more
    os.close(master)
    said = child.stderr.read().decode('utf-8')
    child.stderr.close()
    return child.wait(), text.decode('utf-8').replace('\r\n', '\n'), said
