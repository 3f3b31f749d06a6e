/*
 * A stand-in for libudev, preloaded into pcscd: readers are plugged and unplugged without USB.
 *
 * pcscd takes hot-plug from libudev alone and uses the functions below of it. Here a reader is plugged
 * when a datagram `add ID PORT` comes to the socket whose path is in MYNAQ_USB_EVENTS, and unplugged by
 * `remove ID PORT`. Those that were plugged before pcscd began are in MYNAQ_USB_PLUGGED, `ID PORT` each,
 * separated by commas. ID is a USB product of four hexadecimal digits; one of each can be plugged. PORT
 * is where the card of that reader connects to; the driver finds it at the end of the device's path,
 * which is /run/bus/ID/PORT.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The vendor of open hardware; no reader of theirs is known to any driver. */
#define VENDOR "1209"
#define LONGEST 64

/* An `add` or a `remove`, and the reader. */
struct udev_device {
    char action[8];
    char id[8];
    char path[LONGEST];
};

/* One of the readers that were there before. */
struct udev_list_entry {
    char words[LONGEST];
    struct udev_list_entry *next;
};

/* pcscd has one of each of these, and looks into none. */
struct udev { int none; };
struct udev_monitor { int socket; };
struct udev_enumerate { struct udev_list_entry *first; };

static struct udev_device *device(const char *action, const char *words)
{
    struct udev_device *made = calloc(1, sizeof *made);
    unsigned port;

    if (made == NULL)
        abort();
    snprintf(made->action, sizeof made->action, "%s", action);
    if (sscanf(words, "%7s %u", made->id, &port) != 2)
        abort();
    snprintf(made->path, sizeof made->path, "/run/bus/%s/%u", made->id, port);
    return made;
}

struct udev *udev_new(void) { return calloc(1, sizeof(struct udev)); }
struct udev *udev_unref(struct udev *udev) { free(udev); return NULL; }

/* What is plugged when pcscd begins. */

struct udev_enumerate *udev_enumerate_new(struct udev *udev)
{
    (void)udev;
    return calloc(1, sizeof(struct udev_enumerate));
}

int udev_enumerate_add_match_subsystem(struct udev_enumerate *all, const char *subsystem)
{
    (void)all, (void)subsystem;
    return 0;
}

int udev_enumerate_scan_devices(struct udev_enumerate *all)
{
    const char *plugged = getenv("MYNAQ_USB_PLUGGED");
    struct udev_list_entry **last = &all->first;

    while (plugged != NULL && *plugged != '\0') {
        size_t length = strcspn(plugged, ",");
        struct udev_list_entry *entry = calloc(1, sizeof *entry);

        if (entry == NULL || length >= sizeof entry->words)
            abort();
        memcpy(entry->words, plugged, length);
        *last = entry;
        last = &entry->next;
        plugged += length + (plugged[length] == ',');
    }
    return 0;
}

struct udev_list_entry *udev_enumerate_get_list_entry(struct udev_enumerate *all) { return all->first; }
struct udev_list_entry *udev_list_entry_get_next(struct udev_list_entry *entry) { return entry->next; }
const char *udev_list_entry_get_name(struct udev_list_entry *entry) { return entry->words; }

struct udev_device *udev_device_new_from_syspath(struct udev *udev, const char *words)
{
    (void)udev;
    return device("add", words);
}

struct udev_enumerate *udev_enumerate_unref(struct udev_enumerate *all)
{
    while (all->first != NULL) {
        struct udev_list_entry *entry = all->first;
        all->first = entry->next;
        free(entry);
    }
    free(all);
    return NULL;
}

/* What comes and goes later. */

struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct udev_monitor *monitor = calloc(1, sizeof *monitor);
    const char *path = getenv("MYNAQ_USB_EVENTS");

    (void)udev, (void)name;
    if (monitor == NULL || path == NULL)
        abort();
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    unlink(path); /* of one that was killed */
    monitor->socket = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (bind(monitor->socket, (struct sockaddr *)&address, sizeof address) != 0)
        abort();
    return monitor;
}

int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *monitor, const char *subsystem,
                                                    const char *type)
{
    (void)monitor, (void)subsystem, (void)type;
    return 0;
}

int udev_monitor_enable_receiving(struct udev_monitor *monitor) { (void)monitor; return 0; }
int udev_monitor_get_fd(struct udev_monitor *monitor) { return monitor->socket; }

struct udev_device *udev_monitor_receive_device(struct udev_monitor *monitor)
{
    char line[LONGEST] = "";
    char *words;

    if (recv(monitor->socket, line, sizeof line - 1, 0) <= 0)
        return NULL;
    words = strchr(line, ' ');
    if (words == NULL)
        abort();
    *words = '\0';
    return device(line, words + 1);
}

/* One device: the reader's interface and the reader are the same here. */

struct udev_device *udev_device_get_parent_with_subsystem_devtype(struct udev_device *device,
                                                                  const char *subsystem, const char *type)
{
    (void)subsystem, (void)type;
    return device;
}

const char *udev_device_get_action(struct udev_device *device) { return device->action; }
const char *udev_device_get_sysname(struct udev_device *device) { return device->id; }
const char *udev_device_get_devnode(struct udev_device *device) { return device->path; }
struct udev_device *udev_device_unref(struct udev_device *device) { free(device); return NULL; }

const char *udev_device_get_sysattr_value(struct udev_device *device, const char *name)
{
    if (strcmp(name, "idVendor") == 0)
        return VENDOR;
    if (strcmp(name, "idProduct") == 0)
        return device->id;
    return strcmp(name, "bInterfaceNumber") == 0 ? "00" : NULL;
}
