// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketActs} from "../interfaces/IStorageMarket.sol";
import {Ledger} from "./Ledger.sol";

/// @title Providers
/// @notice Provider ids: their keys, their settings, their free stake, and how they change hands.
abstract contract Providers is IMarketActs, Ledger {
    /// @dev So that a page of providers stays within a node's limits, whoever registered them.
    uint256 private constant MAX_URL = 256;

    /// @inheritdoc IMarketActs
    function register(
        address operator,
        address beneficiary,
        uint80 floor,
        uint96 maxLock,
        string calldata url
    ) external nonReentrant returns (uint32 id) {
        id = _newProvider(msg.sender, floor);
        _configure(id, operator, beneficiary, maxLock, url);
    }

    /// @inheritdoc IMarketActs
    function registerLike(uint32 provider, uint80 floor) external nonReentrant returns (uint32 id) {
        ProviderSlots storage like = _providerByOwnerOrOperator(provider);

        id = _newProvider(like.owner, floor);
        _configure(id, like.operator, like.beneficiary, like.maxLock, like.url);
    }

    /// @inheritdoc IMarketActs
    function configure(
        uint32 id,
        address operator,
        address beneficiary,
        uint96 maxLock,
        string calldata url
    ) external nonReentrant {
        ++_providerByOwner(id).version;
        _configure(id, operator, beneficiary, maxLock, url);
    }

    /// @inheritdoc IMarketActs
    function stop(uint32 id) external nonReentrant {
        ProviderSlots storage provider = _providerByOwnerOrOperator(id);

        provider.maxLock = 0;
        provider.hot = provider.hot.withBudgetAtMost(0);
        emit OperatorStopped(id, msg.sender);
    }

    /// @inheritdoc IMarketActs
    function offerOwnership(uint32 id, address newOwner) external nonReentrant {
        _providerByOwner(id).pendingOwner = newOwner;
        emit OwnershipOffered(id, newOwner);
    }

    /// @inheritdoc IMarketActs
    function takeOwnership(
        uint32 id,
        address operator,
        address beneficiary,
        uint96 leastFree,
        uint32 version
    ) external nonReentrant {
        ProviderSlots storage provider = _provider(id);
        require(msg.sender == provider.pendingOwner, NotPendingOwner(id, provider.pendingOwner, msg.sender));
        require(version == provider.version, VersionChanged(id, version, provider.version));
        require(provider.maxLock == 0, OperatorNotStopped(id, provider.maxLock));
        uint256 free = provider.hot.free();
        require(leastFree <= free, FreeStakeTooLow(id, leastFree, free));

        provider.owner = msg.sender;
        provider.pendingOwner = address(0);
        ++provider.version;
        emit OwnershipTaken(id, msg.sender);
        _configure(id, operator, beneficiary, 0, provider.url);
    }

    /// @inheritdoc IMarketActs
    function voidNonces(uint32 id, uint248 word, uint256 mask) external nonReentrant {
        _providerByOwnerOrOperator(id);

        _nonces[id][word] |= mask;
        emit NoncesVoided(id, word, mask);
    }

    /// @inheritdoc IMarketActs
    function stake(uint32 id, uint96 amount, Payment calldata payment) external nonReentrant {
        ProviderSlots storage provider = _provider(id);
        uint256 free = provider.hot.free() + amount;
        require(free <= type(uint96).max, StakeTooHigh(free, type(uint96).max));

        provider.hot = provider.hot.withFree(free);
        emit Staked(id, msg.sender, amount);

        _charge(amount, payment);
    }

    /// @inheritdoc IMarketActs
    function unstake(uint32 id, uint96 amount) external nonReentrant {
        ProviderSlots storage provider = _providerByOwner(id);
        uint256 free = provider.hot.free();
        require(amount <= free, FreeStakeTooLow(id, amount, free));

        ++provider.version;
        provider.hot = provider.hot.withFree(free - amount);
        _credit(msg.sender, amount);
        emit Unstaked(id, msg.sender, amount);
    }

    function _newProvider(address owner, uint80 floor) private returns (uint32 id) {
        // A power of 4 has one bit, at an even place.
        uint256 evenBits = type(uint256).max / 3;
        require(floor != 0 && floor & (floor - 1) == 0 && floor & evenBits != 0, FloorInvalid(floor));

        id = ++providerCount;
        _providers[id].owner = owner;
        _providers[id].floor = floor;
        emit ProviderRegistered(id, owner, floor);
    }

    function _configure(uint32 id, address operator, address beneficiary, uint96 maxLock, string memory url) private {
        _checkRecipient(beneficiary);
        require(bytes(url).length <= MAX_URL, UrlTooLong(bytes(url).length, MAX_URL));

        ProviderSlots storage provider = _providers[id];
        provider.operator = operator;
        provider.beneficiary = beneficiary;
        provider.maxLock = maxLock;
        provider.url = url;
        provider.hot = provider.hot.withBudgetAtMost(maxLock);
        emit ProviderConfigured(id, operator, beneficiary, maxLock, url);
    }
}
