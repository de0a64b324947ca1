# Builds for arm64 on another machine, with Debian's cross compiler (gcc-aarch64-linux-gnu) and a folder of
# Debian's packages for arm64 (BOUNCELOG_SYSROOT), as tests/package/arm64.sh makes one:
#   cmake -S . -B build/arm64 -G Ninja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64.cmake -DBOUNCELOG_SYSROOT=DIR
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BOUNCELOG_SYSROOT)
set(CMAKE_SYSROOT ${BOUNCELOG_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L ${BOUNCELOG_SYSROOT})
set(ENV{PKG_CONFIG_DIR} "")
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${BOUNCELOG_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${BOUNCELOG_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${BOUNCELOG_SYSROOT}/usr/share/pkgconfig)
