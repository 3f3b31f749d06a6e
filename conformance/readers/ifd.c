/*
 * A driver for readers that are plugged: vsmartcard's virtual reader, found where pcscd looks for
 * drivers of USB readers.
 *
 * pcscd calls it with a name such as `usb:1209/0001:libudev:0:/run/bus/0001/35963` (see udev.c). The
 * virtual reader wants to hear `/dev/null:0x8C7B`, and holds its state in static memory: each reader
 * has a folder of its own with a copy of this driver and of that one. Everything else is handed on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ifdhandler.h>

/* The file that is there while the reader is plugged in. Pulled out, a reader fails each command at
 * once; the virtual one would answer on, and pcscd would wait for it. */
static char node[64];

static int is_pulled_out(void)
{
    return access(node, F_OK) != 0;
}

/* A function of the virtual reader that lies beside this file. */
static void *virtual_reader(const char *function)
{
    static void *library;
    char path[4096];
    Dl_info own;
    void *found;

    if (library == NULL) {
        if (dladdr(&library, &own) == 0)
            abort();
        snprintf(path, sizeof path, "%.*s/libifdvpcd.so",
                 (int)(strrchr(own.dli_fname, '/') - own.dli_fname), own.dli_fname);
        library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    found = library == NULL ? NULL : dlsym(library, function);
    if (found == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        abort();
    }
    return found;
}

/* Calls the function of the same name: a pointer to data becomes one to a function the way POSIX does. */
#define HAND_ON(parameters, arguments)                          \
    RESPONSECODE(*function) parameters;                         \
    *(void **)&function = virtual_reader(__func__);             \
    return function arguments

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR device)
{
    char name[32];

    snprintf(node, sizeof node, "%s", strstr(device, ":/") + 1);
    snprintf(name, sizeof name, "/dev/null:0x%X", (unsigned)atoi(strrchr(device, '/') + 1));
    HAND_ON((DWORD, LPSTR), (lun, name));
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel)
{
    HAND_ON((DWORD, DWORD), (lun, channel));
}

RESPONSECODE IFDHCloseChannel(DWORD lun)
{
    HAND_ON((DWORD), (lun));
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value)
{
    if (tag == TAG_IFD_SLOTS_NUMBER && *length >= 1) {
        *length = 1;
        *value = 1;
        return IFD_SUCCESS;
    }
    HAND_ON((DWORD, DWORD, PDWORD, PUCHAR), (lun, tag, length, value));
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value)
{
    HAND_ON((DWORD, DWORD, DWORD, PUCHAR), (lun, tag, length, value));
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2,
                                       UCHAR pts3)
{
    HAND_ON((DWORD, DWORD, UCHAR, UCHAR, UCHAR, UCHAR), (lun, protocol, flags, pts1, pts2, pts3));
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length)
{
    HAND_ON((DWORD, DWORD, PUCHAR, PDWORD), (lun, action, atr, length));
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR command, DWORD command_length,
                               PUCHAR answer, PDWORD answer_length, PSCARD_IO_HEADER received)
{
    if (is_pulled_out())
        return IFD_NO_SUCH_DEVICE;
    HAND_ON((DWORD, SCARD_IO_HEADER, PUCHAR, DWORD, PUCHAR, PDWORD, PSCARD_IO_HEADER),
            (lun, send, command, command_length, answer, answer_length, received));
}

RESPONSECODE IFDHICCPresence(DWORD lun)
{
    HAND_ON((DWORD), (lun));
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR sent, DWORD sent_length, PUCHAR answer,
                         DWORD answer_size, LPDWORD answer_length)
{
    HAND_ON((DWORD, DWORD, PUCHAR, DWORD, PUCHAR, DWORD, LPDWORD),
            (lun, code, sent, sent_length, answer, answer_size, answer_length));
}
