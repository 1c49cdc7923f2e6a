"""The user that the operating system says this process runs as."""

from __future__ import annotations

import os
import pwd
import socket

from privet.model.errors import Unavailable
from privet.model.release import Principal


class OsUser:
    """The identity of one machine: the login name of the process's real user id.

    It is read from the user database and never from `$USER` or `$LOGNAME`, which anyone can set.
    """

    __slots__ = ()

    def principal(self) -> Principal:
        """`os:<login>`, with the attributes `user` and `host`.

        Raises:
            Unavailable: the user id has no entry in the user database.
        """
        try:
            user = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            raise Unavailable(
                f"user id {os.getuid()} has no login name",
                hint="Add it to the user database (in a container: to /etc/passwd).",
            ) from None
        return Principal(f"os:{user}", {"user": user, "host": socket.gethostname()})
